import type { ComponentChildren } from 'preact';
import { sectionLinks } from '../model-view.js';
import { ThemeChoice } from './theme-choice.js';

interface Props {
  readonly title: string;
  /** Read aloud when it changes. */
  readonly status: string;
  readonly footer: string;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly hasSections?: boolean;
  readonly children: ComponentChildren;
}

/** What stands around the content: a bar with the title, links to the sections, the status. */
export function Shell({ title, status, footer, actions, hasSections = true, children }: Props) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="bar">
        <div class="bar-line">
          <span class="brand" aria-hidden="true">
            nacre
          </span>
          <h1>{title}</h1>
          <p class="status" role="status">
            {status}
          </p>
          {actions}
          <ThemeChoice />
        </div>
        {hasSections && (
          <nav aria-label="Sections">
            {sectionLinks.map(([id, name]) => (
              <a key={id} href={`#${id}`}>
                {name}
              </a>
            ))}
          </nav>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer>{footer}</footer>
    </>
  );
}

import { OptionError } from '../errors.js';
import { show } from '../show.js';

/** `auto` follows the reader's preference, and is light where that is unknown. */
export type Theme = 'auto' | 'light' | 'dark';

const themes: readonly Theme[] = ['auto', 'light', 'dark'];

export interface Colors {
  readonly background: string;
  readonly ink: string;
  readonly muted: string;
  readonly axis: string;
  readonly grid: string;
  readonly bar: string;
}

const light: Colors = {
  background: '#ffffff',
  ink: '#1b2530',
  muted: '#586474',
  axis: '#8a95a3',
  grid: '#e4e8ed',
  bar: '#3a76af',
};

const dark: Colors = {
  background: '#15191e',
  ink: '#e8ebef',
  muted: '#a5afbb',
  axis: '#697482',
  grid: '#2b323a',
  bar: '#6cabdf',
};

/** The colours that are drawn; those of `auto` are the light ones, which `darkRules` replaces. */
export const colorsOf = (theme: Theme): Colors => (theme === 'dark' ? dark : light);

/** @throws OptionError */
export function checkTheme(theme: unknown, subject: string): Theme {
  if (themes.includes(theme as Theme)) return theme as Theme;
  throw new OptionError('option', subject, `must be auto, light or dark, got ${show(theme)}`);
}

/** CSS that gives drawings in light colours their dark ones where the reader prefers that. */
export const darkRules = `@media(prefers-color-scheme:dark){${(Object.keys(light) as (keyof Colors)[])
  .flatMap((role) => ['fill', 'stroke'].map((property) => `[${property}="${light[role]}"]{${property}:${dark[role]}}`))
  .join('')}}`;

const variablesOf = (colors: Colors): string =>
  Object.entries(colors)
    .map(([role, color]) => `--${role}:${color}`)
    .join(';');

/** CSS variables of a page, one for each role. */
export const pageRules = (theme: Theme): string =>
  `:root{color-scheme:${theme === 'auto' ? 'light dark' : theme};${variablesOf(colorsOf(theme))}}` +
  (theme === 'auto' ? `@media(prefers-color-scheme:dark){:root{${variablesOf(dark)}}}${darkRules}` : '');

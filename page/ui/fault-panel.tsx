import type { ComponentChildren } from 'preact';
import type { Fault } from '../workers/rpc.js';

const titles: Readonly<Record<string, string>> = {
  DeclarationError: 'The graph is at fault',
  ShapeError: 'Sizes do not fit',
  ImportError: 'The file cannot be imported',
  OptionError: 'This cannot be done here',
  InputError: 'An input does not fit',
  ModuleError: 'The module does not run here',
  VariableError: 'A variable is not ready',
};

/** An error where it happened, in nacre's own words. */
export function FaultPanel({ fault, children }: { readonly fault: Fault; readonly children?: ComponentChildren }) {
  return (
    <div class="fault" role="alert">
      <strong>{titles[fault.name] ?? 'It failed'}</strong>
      {children ?? <pre>{fault.message}</pre>}
    </div>
  );
}

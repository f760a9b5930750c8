import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import ts from 'typescript';

const pages = ['initialization', 'weights'];
/** Inside the package, so that its own name leads to its entry points. */
const folder = fileURLToPath(new URL('docs/', import.meta.url));

interface Program {
  readonly page: string;
  readonly title: string;
  readonly file: string;
  readonly code: string;
  readonly expected: readonly string[];
}

/** What stands behind the arrows of the code, or in the text block after it. */
const outputOf = (code: string, text: string | undefined): string[] =>
  text?.trimEnd().split('\n') ?? [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line!);

/** The code blocks under one heading are one program, and `console` is what they print to. */
const programsOf = (page: string): Program[] => {
  const source = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
  return source.split(/^##+ /m).flatMap((section, index) => programOf(page, section, index));
};

function programOf(page: string, section: string, index: number): Program[] {
  const blocks = [...section.matchAll(/^```ts\n(.*?)^```(?:\n\n```text\n(.*?)^```)?/gms)];
  if (blocks.length === 0) return [];
  const code = blocks.map(([, block]) => block!).join('');
  const prelude =
    'export const lines: string[] = [];\nconst console = { log: (value: unknown) => void lines.push(String(value)) };\n';
  return [
    {
      page,
      title: section.slice(0, section.indexOf('\n')),
      file: `${folder}${page}-${index}.ts`,
      code: prelude + code,
      expected: blocks.flatMap(([, block, text]) => outputOf(block!, text)),
    },
  ];
}

const programs = pages.flatMap(programsOf);
mkdirSync(folder, { recursive: true });
for (const { file, code } of programs) writeFileSync(file, code);
const { options } = ts.convertCompilerOptionsFromJson(
  {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: [],
  },
  folder,
);
const compiled = ts.createProgram(
  programs.map(({ file }) => file),
  options,
);
compiled.emit();
const problems = ts.getPreEmitDiagnostics(compiled);

for (const { page, title, file, expected } of programs) {
  test(`${page}.md: ${title}`, async (t) => {
    const faults = problems.filter((problem) => (problem.file?.fileName ?? file) === file);
    t.deepEqual(
      faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
    );
    const { lines } = (await import(pathToFileURL(file.replace(/ts$/, 'js')).href)) as {
      readonly lines: readonly string[];
    };
    t.deepEqual(
      lines.flatMap((line) => line.split('\n')),
      expected,
    );
  });
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import ts from 'typescript';

/** Inside the package, so that its own name leads to its entry points. */
const folder = fileURLToPath(new URL('docs/', import.meta.url));

/** Pages with code; that of some needs files, so that only its types are checked. */
const pages = [
  { page: 'browser', runs: false },
  { page: 'convolution', runs: true },
  { page: 'initialization', runs: true },
  { page: 'instances', runs: true },
  { page: 'neupy', runs: true },
  { page: 'onnx', runs: false },
  { page: 'platforms', runs: false },
  { page: 'weights', runs: true },
];

interface Program {
  readonly title: string;
  readonly runs: boolean;
  readonly file: string;
  readonly code: string;
  readonly expected: readonly string[];
}

/** What stands behind the arrows of the code, or in the text block after it. */
const outputOf = (code: string, text: string | undefined): string[] =>
  text?.trimEnd().split('\n') ?? [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line!);

/** The code blocks under one heading are one program, and `console` is what they print to. */
function programsOf(page: string, runs: boolean): Program[] {
  const source = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
  return source.split(/^##+ /m).flatMap((section, index) => programOf(section, `${page}-${index}`, page, runs));
}

function programOf(section: string, file: string, page: string, runs: boolean): Program[] {
  const blocks = [...section.matchAll(/^```ts\n(.*?)^```(?:\n\n```text\n(.*?)^```)?/gms)];
  if (blocks.length === 0) return [];
  const code = blocks.map(([, block]) => block!).join('');
  const prelude =
    'export const lines: string[] = [];\nconst console = { log: (value: unknown) => void lines.push(String(value)) };\n';
  return [
    {
      title: `${page}.md: ${section.slice(0, section.indexOf('\n'))}`,
      runs,
      file: `${folder}${file}.ts`,
      code: prelude + code,
      expected: blocks.flatMap(([, block, text]) => outputOf(block!, text)),
    },
  ];
}

const programs = pages.flatMap(({ page, runs }) => programsOf(page, runs));
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
    types: ['node'],
  },
  folder,
);
const compiled = ts.createProgram(
  programs.map(({ file }) => file),
  options,
);
compiled.emit();
const problems = ts.getPreEmitDiagnostics(compiled);

for (const { title, runs, file, expected } of programs) {
  test(title, async (t) => {
    const faults = problems.filter((problem) => (problem.file?.fileName ?? file) === file);
    t.deepEqual(
      faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
    );
    if (!runs) return;
    const { lines } = (await import(pathToFileURL(file.replace(/ts$/, 'js')).href)) as {
      readonly lines: readonly string[];
    };
    t.deepEqual(
      lines.flatMap((line) => line.split('\n')),
      expected,
    );
  });
}

// Packs the built package and examines the tarball as its users will meet it: publint and Are The Types Wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));

/** An ES module package: CommonJS callers and the resolution of Node 10 are not served. */
const ignoredResolutions = ['node10', 'node16-cjs'];

/** The built folders are shipped, their tests, examples and maps are not. */
const unwanted = /\.map$|\.tsbuildinfo$|^(test|build\/(test|examples|bench))\//;

const folder = mkdtempSync(join(tmpdir(), 'nacre-pack-'));
try {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const reports = /** @type {{ filename: string, size: number, files: { path: string }[] }[]} */ (JSON.parse(packed));
  const [report] = reports;
  if (report === undefined) throw new Error('npm pack: reports no package');
  const { filename, files, size } = report;
  const tarball = new Uint8Array(readFileSync(join(folder, filename)));
  const problems = [
    ...files
      .map(({ path }) => path)
      .filter((path) => unwanted.test(path))
      .map((path) => `${path}: should not be published`),
    ...(await publintProblems(tarball)),
    ...(await typeProblems(tarball)),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`package: ${filename}, ${files.length} files, ${size} bytes, no problem found`);
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {Uint8Array<ArrayBuffer>} tarball */
async function publintProblems(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
}

/** @param {Uint8Array} tarball */
async function typeProblems(tarball) {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ['types: the package has none'];
  return result.problems
    .map((problem) => {
      const option = 'resolutionOption' in problem ? problem.resolutionOption : undefined;
      const resolution = 'resolutionKind' in problem ? problem.resolutionKind : option;
      const subject =
        'entrypoint' in problem ? problem.entrypoint : 'fileName' in problem ? problem.fileName : 'package';
      return { resolution: resolution ?? '', text: `types: ${subject}: ${problem.kind}` };
    })
    .filter(({ resolution }) => !ignoredResolutions.includes(resolution))
    .map(({ text }) => text);
}

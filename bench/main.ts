import { writeFileSync } from 'node:fs';
import { readOptions, usage } from './options.js';
import { finishProgress } from './progress.js';
import { report } from './report.js';
import { runBench } from './run.js';

const command = readOptions(process.argv.slice(2));
if (command === 'help') {
  console.log(usage);
} else if (command === 'kernels') {
  await import('./kernels.js');
} else if (command === 'random') {
  await import('./random.js');
} else {
  const results = await runBench(command);
  finishProgress();
  if (command.json !== undefined) writeFileSync(command.json, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(report(results));
  process.exitCode = results.failures.length > 0 ? 1 : 0;
}

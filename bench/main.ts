import { writeFileSync } from 'node:fs';
import { readOptions, usage, type Command } from './options.js';
import { writeProfiles } from './profiles.js';
import { finishProgress } from './progress.js';
import { report } from './report.js';
import { runBench } from './run.js';

function readCommand(): Command {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const command = readCommand();
if (command === 'help') {
  console.log(usage);
} else if (command === 'kernels') {
  await import('./kernels.js');
} else if (command === 'random') {
  await import('./random.js');
} else if (command === 'passes') {
  await import('./passes.js');
} else if (command === 'initialize') {
  await import('./initialize.js');
} else if ('command' in command) {
  const { measureInstances } = await import('./instances.js');
  process.stdout.write(await measureInstances(command));
} else if (command.profiles) {
  await writeProfiles(command);
  finishProgress();
} else {
  const results = await runBench(command);
  finishProgress();
  if (command.json !== undefined) writeFileSync(command.json, `${JSON.stringify(results, null, 2)}\n`);
  const text = report(results);
  if (command.markdown !== undefined) writeFileSync(command.markdown, text);
  process.stdout.write(text);
  process.exitCode = results.engines.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

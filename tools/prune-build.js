// Removes from build/ what tsc made of sources that are no longer there, so that neither ava nor npm pack finds it.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const folder of ['compiler', 'runtime', 'page', 'test', 'examples', 'bench']) {
  const built = join(root, 'build', folder);
  if (!existsSync(built)) continue;
  for (const file of readdirSync(built, { recursive: true, encoding: 'utf8' })) {
    const [, stem] = /^(.*?)(\.js|\.d\.ts)(\.map)?$/.exec(file) ?? [];
    if (stem !== undefined && !existsSync(join(root, folder, `${stem}.ts`))) rmSync(join(built, file));
  }
}

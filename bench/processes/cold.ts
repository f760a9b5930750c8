// cold.js [SIDE FOLDER]: computes one output and prints when it stood there; without arguments there is nothing to do.
const [side, folder] = process.argv.slice(2);
if (side !== undefined && folder !== undefined) {
  const { sides } = await import('../sides/index.js');
  const run = await (await sides[side as keyof typeof sides]()).load(new URL(folder));
  const output = await run();
  if (!Number.isFinite(output[0])) throw new Error(`${side}: the output is not finite`);
}
const now = performance.timeOrigin + performance.now();
process.stdout.write(`${now} ${process.resourceUsage().maxRSS * 1024}\n`);
process.exit();
export {};

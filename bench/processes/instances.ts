// What many instances of one module cost, whether they are independent, and how many of them a process can have.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ModuleError } from '../../runtime/errors.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { answer } from '../answer.js';
import { median } from '../measure.js';
import type { InstancesTask, ManyInstances } from '../protocol.js';

/** More than a process has address space for. */
const MOST = 40_000;
/** Instances that are computed again alone. */
const COMPARED = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after what is not needed has been collected. */
function used(): { readonly resident: number; readonly heap: number; readonly buffers: number } {
  collect();
  collect();
  const { rss, heapUsed, arrayBuffers, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed, buffers: Math.max(arrayBuffers, external) };
}

/** What is made, and the median of the milliseconds that one takes. */
function timed<T>(count: number, make: (index: number) => T): { readonly made: readonly T[]; readonly time: number } {
  const times: number[] = [];
  const made = Array.from({ length: count }, (_, index) => {
    const start = performance.now();
    const one = make(index);
    times.push(performance.now() - start);
    return one;
  });
  return { made, time: median(times) };
}

answer(({ binary, inputs, count, most }: InstancesTask): Promise<ManyInstances> => {
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  const compute = (net: Model): string =>
    Buffer.from(net.forward(inputs as never)['y']!.data.buffer).toString('base64');
  const alone = (seed: number): string => {
    const net = instantiateSync(module);
    net.initialize({ seed });
    return compute(net);
  };
  // The engine compiles what it runs once, whatever the number of instances.
  for (let seed = 0; seed < COMPARED; seed++) alone(seed);
  const before = used();
  const { made: nets, time: instantiate } = timed(count, () => instantiateSync(module));
  const after = used();
  const { made: outputs, time: run } = timed(count, (seed) => {
    nets[seed]!.initialize({ seed });
    return compute(nets[seed]!);
  });
  const end = used();
  const step = Math.max(1, Math.floor(count / COMPARED));
  for (let seed = 0; seed < count; seed += step) {
    if (compute(nets[seed]!) !== outputs[seed] || alone(seed) !== outputs[seed]) {
      throw new Error(`instances: number ${seed} computes something else than an instance alone`);
    }
  }
  const distinct = new Set(outputs).size;
  if (distinct < count) throw new Error(`instances: ${count} seeds give ${distinct} outputs`);
  const result = {
    ...{ instantiate, run, memory: memoryOf(nets[0]!) },
    resident: {
      instantiated: (after.resident - before.resident) / count,
      used: (end.resident - before.resident) / count,
    },
    heap: (end.heap - before.heap) / count,
  };
  return Promise.resolve(most ? { ...result, most: count + furtherInstances(module) } : result);
});

/** Bytes of the memory of a model, which its views show. */
const memoryOf = (net: Model): number => Object.values(net.inputs)[0]!.buffer.byteLength;

/** How many more instances there can be until the host refuses one. */
function furtherInstances(module: WebAssembly.Module): number {
  const kept: Model[] = [];
  try {
    while (kept.length < MOST) kept.push(instantiateSync(module));
  } catch (error) {
    if (!(error instanceof ModuleError && error.code === 'memory')) throw error;
  }
  return kept.length;
}

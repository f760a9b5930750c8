import type { Classes } from '../define.js';
import { readLayer } from '../topology.js';
import { only } from './common.js';

export const wrappers: Classes = {
  /** Steps become examples, and examples steps again. */
  TimeDistributed(layer, inputs) {
    const x = only(inputs);
    const inner = readLayer(layer.config.object('layer'), layer.layer.name);
    const merged = layer.add('mergeTime', {}, [x], 'merge');
    const outputs = layer.call(inner, [merged], 'layer', ['layer']);
    const [y] = outputs;
    return layer.add('splitTime', {}, [y!, x]);
  },
};

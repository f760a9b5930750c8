import { transforms } from 'vega-dataflow';
import * as encode from 'vega-encode';
import { parse } from 'vega-parser';
import * as basic from 'vega-transforms';
import type { Spec } from 'vega-typings';
import { View } from 'vega-view';
import * as view from 'vega-view-transforms';

// Of Vega only what lays out and draws: no maps, forces, time series or word clouds.
Object.assign(transforms, basic, encode, view);

/** The SVG of a Vega specification. */
export const draw = (spec: Spec): Promise<string> => new View(parse(spec), { renderer: 'none' }).toSVG();

import { number, oneOf, optional } from '../attributes.js';
import type { Recipe } from '../ir.js';
import { defineInitializer } from './define.js';

type Scaling = Extract<Recipe, { kind: 'varianceScaling' }>;

const scaled = (scale: number, mode: Scaling['mode'], distribution: Scaling['distribution']): Scaling => ({
  kind: 'varianceScaling',
  scale,
  mode,
  distribution,
});

/** Variance `scale` / fan, with `weightFanIn` that of the layer's weight, for a bias. The normal of `truncatedNormal` is widened so that the variance holds after cutting at 2σ. */
export const varianceScaling = defineInitializer('varianceScaling', {
  options: {
    scale: optional(number({ above: 0 }), 1),
    mode: optional(oneOf('fanIn', 'fanOut', 'fanAvg', 'weightFanIn'), 'fanIn'),
    distribution: optional(oneOf('uniform', 'truncatedNormal', 'untruncatedNormal'), 'truncatedNormal'),
  },
  aliases: ['VarianceScaling'],
  expand: ({ scale, mode, distribution }) => scaled(scale, mode, distribution),
});

/** Glorot and Bengio 2010; Xavier elsewhere. */
export const glorotUniform = defineInitializer('glorotUniform', {
  options: {},
  aliases: ['GlorotUniform'],
  expand: () => scaled(1, 'fanAvg', 'uniform'),
});
export const glorotNormal = defineInitializer('glorotNormal', {
  options: {},
  aliases: ['GlorotNormal'],
  expand: () => scaled(1, 'fanAvg', 'truncatedNormal'),
});

/** He et al. 2015; Kaiming elsewhere. */
export const heUniform = defineInitializer('heUniform', {
  options: {},
  aliases: ['HeUniform'],
  expand: () => scaled(2, 'fanIn', 'uniform'),
});
export const heNormal = defineInitializer('heNormal', {
  options: {},
  aliases: ['HeNormal'],
  expand: () => scaled(2, 'fanIn', 'truncatedNormal'),
});

/** LeCun et al. 1998. */
export const lecunUniform = defineInitializer('lecunUniform', {
  options: {},
  aliases: ['LecunUniform', 'leCunUniform', 'LeCunUniform'],
  expand: () => scaled(1, 'fanIn', 'uniform'),
});
export const lecunNormal = defineInitializer('lecunNormal', {
  options: {},
  aliases: ['LecunNormal', 'leCunNormal', 'LeCunNormal'],
  expand: () => scaled(1, 'fanIn', 'truncatedNormal'),
});

const modes = { avg: 'fanAvg', in: 'fanIn', out: 'fanOut' } as const;
const factorType = () => optional(oneOf('avg', 'in', 'out'), 'avg');

const gluonGaussian = (magnitude: number, factor: keyof typeof modes): Scaling =>
  scaled(magnitude, modes[factor], 'untruncatedNormal');

/** Gluon's: uniform within ±s or normal of deviation s, s = √(magnitude / factor). */
export const xavier = defineInitializer('xavier', {
  options: {
    rndType: optional(oneOf('uniform', 'gaussian'), 'uniform'),
    factorType: factorType(),
    magnitude: optional(number({ above: 0 }), 3),
  },
  ranks: [2, Infinity],
  expand: ({ rndType, factorType, magnitude }) =>
    rndType === 'gaussian' ? gluonGaussian(magnitude, factorType) : scaled(magnitude / 3, modes[factorType], 'uniform'),
});

/** Gluon's: xavier, gaussian, of magnitude 2 / (1 + slope²), for layers before a leaky relu of this slope. */
export const msraPrelu = defineInitializer('msraPrelu', {
  options: { factorType: factorType(), slope: optional(number(), 0.25) },
  ranks: [2, Infinity],
  expand: ({ factorType, slope }) => gluonGaussian(2 / (1 + slope ** 2), factorType),
});

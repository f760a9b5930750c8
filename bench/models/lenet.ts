import {
  conv1d,
  conv2d,
  dense,
  flatten,
  input,
  maxPooling1d,
  maxPooling2d,
  sequential,
  type Graph,
} from '../../compiler/index.js';
import { drawn } from './weights.js';

const relu = (units: number) => dense({ units, activation: 'relu' });

/** A convolution over 128 steps of 64 channels, then four dense layers. */
export const kerasSeed = (batch: number): Graph =>
  sequential(
    [
      input([batch, 128, 64]),
      conv1d({ filters: 16, kernelSize: 3, activation: 'relu' }),
      maxPooling1d({ poolSize: 4 }),
      flatten(),
      relu(64),
      relu(64),
      relu(8),
      dense({ units: 64 }),
    ],
    drawn,
  );

/** LeNet-5 with ReLU and maximum pooling. */
export const lenet = (batch: number): Graph =>
  sequential(
    [
      input([batch, 28, 28, 1]),
      conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      relu(120),
      relu(84),
      dense({ units: 10 }),
    ],
    drawn,
  );

import * as core from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { digitsService } from '../../digits/service.js';
import topology from './topology.json' with { type: 'json' };
import weights from './weights.bin';

/** The service with the network in tfjs on the backend of this name, which the caller has registered. */
export async function tfjsService(backend: string): Promise<{ fetch(request: Request): Promise<Response> }> {
  if (!(await core.setBackend(backend))) throw new Error(`${backend}: the tfjs backend does not start`);
  const artifacts = { ...topology, weightData: weights } as unknown as core.io.ModelArtifacts;
  const network = await loadLayersModel(core.io.fromMemory(artifacts));
  return {
    fetch: digitsService((image) =>
      core.tidy(() => (network.predict(core.tensor4d(image, [1, 8, 8, 1])) as core.Tensor).dataSync<'float32'>()),
    ),
  };
}

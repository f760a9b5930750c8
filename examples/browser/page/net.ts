import load from '../../digits/model.json?tensors=../browser/weights.safetensors&nacre';

const net = await load();

/** From 64 values of 0 to 16, row by row, to the probabilities of the ten digits. */
export function recognize(pixels: ArrayLike<number>): Float32Array {
  const image = Float32Array.from(pixels, (value) => value / 16);
  const { probabilities } = net.forward({ image: { data: image, shape: [1, 8, 8, 1] } });
  return probabilities!.data as Float32Array;
}

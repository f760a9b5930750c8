/** Models to begin with, in files beside the page. */
export interface Example {
  readonly name: string;
  readonly what: string;
  readonly files: readonly string[];
}

export const examples: readonly Example[] = [
  {
    name: 'digits',
    what: 'a convolutional network, trained on handwritten digits of 8 × 8 pixels',
    files: ['digits/digits.json', 'digits/digits.safetensors'],
  },
  { name: 'keras', what: "the Keras documentation's Conv1D, with initializers by name", files: ['keras.json'] },
  {
    name: 'gluon',
    what: 'sizes that nobody knows yet, and two layers that share their variables',
    files: ['gluon.json'],
  },
  { name: 'onnx', what: 'the digits again, as a file of ONNX', files: ['digits.onnx'] },
];

/** @throws Error for files that cannot be fetched */
export async function fetchExample({ files }: Example): Promise<File[]> {
  return Promise.all(
    files.map(async (path) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const response = await fetch(new URL(`models/${path}`, document.baseURI)).catch(() => undefined);
      if (!response?.ok) throw new Error(`${name}: cannot be fetched${response ? ` (status ${response.status})` : ''}`);
      return new File([await response.arrayBuffer()], name);
    }),
  );
}

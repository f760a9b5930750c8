import { useEffect, useRef } from 'preact/hooks';
import { readNpy } from '../../compiler/npy.js';
import type { PortData } from '../../compiler/report/model/types.js';
import { bytesOf } from '../runner/values.js';
import { typeText } from '../text.js';
import { isFloat, type Choice } from './feeds.js';
import { pictureShape, pixelRanges, type PixelRange } from './image.js';

type Kind = Choice['kind'];

interface Props {
  readonly port: PortData;
  readonly choice: Choice;
  /** What the input takes by itself. */
  readonly usual: Choice;
  readonly shape: readonly number[] | undefined;
  readonly onChoose: (choice: Choice) => void;
  readonly onFault: (error: unknown) => void;
}

const kindTexts: readonly (readonly [kind: Kind, text: string])[] = [
  ['normal', 'random, normal'],
  ['uniform', 'random, uniform'],
  ['constant', 'constant'],
];

/** @throws ImportError for a file that is no array · Error for one of another dtype */
async function readFile(file: File, { name, dtype }: PortData): Promise<Choice> {
  if (!file.name.endsWith('.npy')) {
    const bitmap = await createImageBitmap(file).catch(() => {
      throw new Error(`${file.name}: is neither a .npy file nor a picture that this browser reads`);
    });
    return { kind: 'image', name: file.name, bitmap, range: '0 to 1' };
  }
  const { tensor } = readNpy(new Uint8Array(await file.arrayBuffer()), file.name);
  if (tensor.dtype !== dtype) throw new Error(`${name}: takes ${dtype}, ${file.name} has ${tensor.dtype}`);
  return { kind: 'file', name: file.name, feed: { dtype, shape: tensor.shape, bytes: bytesOf(tensor.data) } };
}

function Preview({ bitmap, shape }: { readonly bitmap: ImageBitmap; readonly shape: readonly number[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = pictureShape(shape);
  useEffect(() => {
    if (!canvas.current || !picture) return;
    canvas.current.width = picture.width;
    canvas.current.height = picture.height;
    canvas.current.getContext('2d')?.drawImage(bitmap, 0, 0, picture.width, picture.height);
  });
  if (!picture) return null;
  return (
    <canvas
      class="preview"
      ref={canvas}
      role="img"
      aria-label={`the picture at ${picture.width} × ${picture.height}`}
    />
  );
}

function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly step?: string;
  readonly min?: number;
  readonly onChange: (value: number) => void;
}) {
  const { label, value, step = '1', min, onChange } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        value={value}
        step={step}
        {...(min !== undefined && { min })}
        onInput={({ currentTarget }) => {
          if (Number.isFinite(currentTarget.valueAsNumber)) onChange(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}

/** What one input is given. */
export function InputForm({ port, choice, usual, shape, onChoose, onFault }: Props) {
  const { name, dtype } = port;
  const choose = (kind: Kind): void => {
    if (kind === 'normal') onChoose({ kind, seed: 0 });
    if (kind === 'uniform') onChoose(usual.kind === kind ? usual : { kind, seed: 0, high: 1 });
    if (kind === 'constant') onChoose({ kind, value: 1 });
  };
  const kinds = kindTexts.filter(([kind]) => kind !== 'normal' || isFloat(dtype));
  const isFile = choice.kind === 'file' || choice.kind === 'image';
  return (
    <fieldset class="input">
      <legend>
        {name} <span class="muted">{typeText(port)}</span>
      </legend>
      <div class="fields">
        <label class="field">
          <span>values</span>
          <select value={choice.kind} onChange={({ currentTarget }) => choose(currentTarget.value as Kind)}>
            {kinds.map(([kind, text]) => (
              <option key={kind} value={kind}>
                {text}
              </option>
            ))}
            {isFile && <option value={choice.kind}>{choice.name}</option>}
          </select>
        </label>
        {(choice.kind === 'normal' || choice.kind === 'uniform') && (
          <NumberField label="seed" value={choice.seed} min={0} onChange={(seed) => onChoose({ ...choice, seed })} />
        )}
        {choice.kind === 'uniform' && (
          <NumberField
            label="below"
            value={choice.high}
            step={isFloat(dtype) ? 'any' : '1'}
            onChange={(high) => onChoose({ ...choice, high })}
          />
        )}
        {choice.kind === 'constant' && (
          <NumberField
            label="value"
            value={choice.value}
            step={isFloat(dtype) ? 'any' : '1'}
            onChange={(value) => onChoose({ ...choice, value })}
          />
        )}
        {choice.kind === 'image' && (
          <label class="field">
            <span>pixels become</span>
            <select
              value={choice.range}
              onChange={({ currentTarget }) => onChoose({ ...choice, range: currentTarget.value as PixelRange })}
            >
              {pixelRanges.map((range) => (
                <option key={range}>{range}</option>
              ))}
            </select>
          </label>
        )}
        <label class="field">
          <span>or a file: .npy, or a picture</span>
          <input
            type="file"
            accept=".npy,image/*"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) readFile(file, port).then(onChoose, onFault);
            }}
          />
        </label>
        {choice.kind === 'image' && shape && <Preview bitmap={choice.bitmap} shape={shape} />}
      </div>
    </fieldset>
  );
}

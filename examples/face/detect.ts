/*
 * What BlazeFace's outputs mean: the calculators of MediaPipe's face detection for faces within 2 m
 * (mediapipe/modules/face_detection, short range).
 */
import type { Point } from './image.js';

/** Of the person: her right eye is on the left of the picture. */
export const keyPointNames = ['right eye', 'left eye', 'nose', 'mouth', 'right ear', 'left ear'] as const;

/** A face; positions and sizes are fractions of the image that the model saw. */
export interface Detection {
  /** Confidence, 0 to 1. */
  readonly score: number;
  readonly centre: Point;
  readonly size: Point;
  readonly keyPoints: readonly Point[];
}

/** Maps of the model, in the order of its outputs: cells a side and anchors a cell. */
const maps = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const;

/** The centres of all anchors: 16 · 16 · 2 + 8 · 8 · 6 = 896. An anchor's size is that of the image. */
export const anchors: readonly Point[] = maps.flatMap(({ cells, anchors: count }) =>
  Array.from({ length: cells * cells * count }, (_, at): Point => {
    const cell = Math.floor(at / count);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
  }),
);

/** Numbers for each anchor: centre, size and six key points, relative to the anchor and in pixels. */
const FIELDS = 16;

/**
 * Faces that anchors see.
 *
 * @param scores logits, one an anchor
 * @param boxes 16 numbers an anchor
 * @param size pixels a side of the image that the model saw
 * @param threshold the least confidence
 */
export function decodeDetections(
  scores: ArrayLike<number>,
  boxes: ArrayLike<number>,
  size: number,
  threshold = 0.5,
): Detection[] {
  return anchors.flatMap(([x, y], at): Detection[] => {
    const score = 1 / (1 + Math.exp(-scores[at]!));
    if (score < threshold) return [];
    const pair = (field: number): Point => [boxes[at * FIELDS + field]! / size, boxes[at * FIELDS + field + 1]! / size];
    const around = ([dx, dy]: Point): Point => [x + dx, y + dy];
    const keyPoints = keyPointNames.map((_, i) => around(pair(4 + 2 * i)));
    return [{ score, centre: around(pair(0)), size: pair(2), keyPoints }];
  });
}

/** The area two boxes share over the area they cover together. */
export function overlap(a: Detection, b: Detection): number {
  const shared = [0, 1].map((axis) => {
    const edge = (box: Detection, side: number): number => box.centre[axis]! + (side * box.size[axis]!) / 2;
    return Math.max(Math.min(edge(a, 1), edge(b, 1)) - Math.max(edge(a, -1), edge(b, -1)), 0);
  });
  const area = shared[0]! * shared[1]!;
  return area / (a.size[0] * a.size[1] + b.size[0] * b.size[1] - area);
}

/** The mean of detections, weighted by their scores; the score is that of the first. */
function mean(group: readonly Detection[]): Detection {
  const total = group.reduce((sum, { score }) => sum + score, 0);
  const average = (of: (detection: Detection) => Point): Point => {
    const axis = (at: 0 | 1): number => group.reduce((sum, each) => sum + each.score * of(each)[at], 0) / total;
    return [axis(0), axis(1)];
  };
  return {
    score: group[0]!.score,
    centre: average(({ centre }) => centre),
    size: average(({ size }) => size),
    keyPoints: keyPointNames.map((_, i) => average(({ keyPoints }) => keyPoints[i]!)),
  };
}

/**
 * One detection for each face, the best first: those that overlap a better one are averaged with it.
 *
 * @param threshold the least overlap of what is the same face
 */
export function suppress(detections: readonly Detection[], threshold = 0.3): Detection[] {
  const faces: Detection[] = [];
  let rest = [...detections].sort((a, b) => b.score - a.score);
  while (rest.length > 0) {
    const [best] = rest as [Detection];
    const group = rest.filter((other) => other === best || overlap(best, other) > threshold);
    faces.push(mean(group));
    rest = rest.filter((other) => !group.includes(other));
  }
  return faces;
}

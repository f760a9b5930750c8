/** Notes a text where something does not hold. */
export type Check = (text: string, holds: boolean) => void;

export const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

import { readFile } from 'node:fs/promises';
import { assets, type AssetName } from '../../../assets.js';
import type { Binaryen } from './binaryen.js';

export const readAsset = (name: AssetName): Promise<Uint8Array> => readFile(assets[name]);

export const instantiateBinaryen = async (): Promise<Binaryen> => (await import('binaryen')).default;

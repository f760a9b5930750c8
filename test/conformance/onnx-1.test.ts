import { testCases } from './onnx.js';

testCases(1, 2);

import { testCases } from './onnx.js';

testCases(0, 2);

import { testCompiled } from '../graphs/compiled.js';

testCompiled(0, 3);

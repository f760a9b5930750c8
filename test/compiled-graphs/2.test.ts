import { testCompiled } from '../graphs/compiled.js';

testCompiled(2, 3);

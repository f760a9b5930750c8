export { checkBudget, printFigures, type Budget, type Check, type Deployment } from './budget.js';
export { inlineRefusal, loaderSource, type Compiled, type Loader, type LoaderOptions } from './loader.js';
export { WRITTEN } from './loader-text.js';
export { platformNames, platforms, type Platform, type PlatformName } from './platforms.js';

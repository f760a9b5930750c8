export { checkBudget, printFigures, type Budget, type Check, type Deployment } from './budget.js';
export { importsModules, inlineRefusal, loaderSource, type Loader, type LoaderOptions } from './loader.js';
export { WRITTEN } from './loader-text.js';
export { platformNames, platforms, type Platform } from './platforms.js';

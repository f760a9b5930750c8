import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  // Espree does not read imports of the source phase.
  globalIgnores(['build/', 'assembly/', 'test/assembly/', 'node_modules/', 'examples/deno/imported.js']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-constant-binary-expression': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // noUncheckedIndexedAccess gives number | undefined for every element of a typed array.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A tensor's elements are walked by index, often several arrays at once.
      '@typescript-eslint/prefer-for-of': 'off',
      // Tables of unions are types, records of fields are interfaces; both read well.
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: ['runtime/**'],
    rules: {
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'the runtime loads nothing by itself' },
      ],
    },
  },
  {
    // Binaryen's instruction builders are closures, though typed as methods.
    files: ['compiler/emit/**'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // Binaryen's typings lag behind it, and its feature flags are combined as numbers.
    files: ['compiler/emit/binaryen.ts'],
    rules: { '@typescript-eslint/no-unsafe-enum-assignment': 'off' },
  },
  {
    files: ['**/*.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
    // A cast in JSDoc is invisible to the rule, so what JSON.parse returns could not be given its type.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
);

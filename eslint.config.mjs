import js from '@eslint/js'
import jest from 'eslint-plugin-jest'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'reports/', 'release/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A number or a boolean in a message is plain; everything else has to be made a string first.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // One dialect: what has a name at the top level is a function declaration. An arrow that takes
      // its types from an annotation stays one.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator[init.type=ArrowFunctionExpression]:not([id.typeAnnotation])',
          message: 'Declare it as a function.',
        },
      ],
      // Marked as deprecated only to stand out; it serves loopback addresses, which are checked before.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [{ from: 'package', name: 'allowInsecureRequests', package: 'openid-client' }],
        },
      ],
    },
  },
  {
    files: ['test/**/*.test.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'fc.assert'] }],
      'jest/no-standalone-expect': 'error',
    },
  },
)

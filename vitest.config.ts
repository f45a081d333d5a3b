import { defineConfig } from 'vitest/config';

// Tests that are a sample otherwise take as long as they take.
const whole = process.env['DEEP'] === '1' ? 3 * 3_600_000 : null;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,corpus,model,house}/**/*.test.ts'],
          testTimeout: whole ?? 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,chaos}/**/*.test.ts'],
          testTimeout: whole ?? 180_000,
          hookTimeout: whole ?? 60_000,
        },
      },
    ],
  },
});

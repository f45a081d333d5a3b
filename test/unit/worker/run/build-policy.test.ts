import { expect, it } from 'vitest';
import { readCertificates } from '../../../../src/worker/run/build-policy.js';

it('names the file of certificates that cannot be read', async () => {
  expect(await readCertificates(null, 'imap.tls.ca')).toBeUndefined();
  await expect(readCertificates('/none/ca.pem', 'imap.tls.ca')).rejects.toMatchObject({
    code: 'config-unreadable',
    exitCode: 78,
    message: 'imap.tls.ca: /none/ca.pem: there is no such file',
  });
  await expect(readCertificates('/', 'smtp.tls.ca')).rejects.toThrow('smtp.tls.ca: /: it is a folder');
});

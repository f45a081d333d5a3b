/** A certificate for localhost, or for other names, that nobody trusts, made by openssl: Node can use certificates, but makes none. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Dovecot } from './dovecot.js';

const run = promisify(execFile);

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const LOCAL = ['localhost', '127.0.0.1'];

function alternativeName(subject: string): string {
  return `${isIP(subject) === 0 ? 'DNS' : 'IP'}:${subject}`;
}

/** Null where there is no openssl, neither the system's nor one unpacked beside Dovecot. */
export async function makeCertificate(
  folder: string,
  dovecot: Dovecot,
  subjects: readonly string[] = LOCAL,
): Promise<Certificate | null> {
  const unpacked = dovecot.root === null ? null : join(dovecot.root, 'usr/bin/openssl');
  const program = unpacked !== null && existsSync(unpacked) ? unpacked : 'openssl';
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const request = ['req', '-x509', ...key, '-days', '30', '-subj', `/CN=${subjects[0]}`];
  const names = ['-addext', `subjectAltName=${subjects.map(alternativeName).join(',')}`];
  // A section of its own, since an unpacked openssl does not find the system's configuration.
  const env = { ...dovecot.env, OPENSSL_CONF: '/dev/null' };
  try {
    await run(program, [...request, ...names, '-keyout', keyFile, '-out', certFile], { env });
  } catch {
    return null;
  }
  const [cert, privateKey] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { cert, key: privateKey, certFile, keyFile };
}

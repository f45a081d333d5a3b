/**
 * Which certificates connections trust. What TLS makes of them is made once and shared: to read all of the well-known
 * authorities takes 140 ms of CPU and half a megabyte (measured on Node 20.20), which each connection with an authority of
 * its own would pay anew.
 */
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const MIN_VERSION = 'TLSv1.2';
/** A process has few; those of files that have been replaced must not pile up. */
const MOST_KEPT = 16;

const kept = new Map<string, SecureContext>();

/** For `tls.connect`: TLS 1.2 or newer, and trust in the usual authorities and, where given, in these certificates (PEM). */
export function trusting(ca: string | undefined): { readonly secureContext: SecureContext } {
  const key = ca ?? '';
  const secureContext =
    kept.get(key) ??
    createSecureContext({
      minVersion: MIN_VERSION,
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    });
  // The one that was used last is the last one.
  kept.delete(key);
  kept.set(key, secureContext);
  for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
  return { secureContext };
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

/** In PEM. */
export interface Certificates {
  /** The authority's own certificate, which nobody trusts unless told to. */
  authority: string
  /** Issued by it for `localhost` and `127.0.0.1`. */
  certificate: string
  key: string
}

/** Makes an authority of its own and one certificate by it, good for two days. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-certificates-'))
  const openssl = (...args: string[]) => execa('openssl', args, { cwd: directory })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  try {
    await writeFile(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1')
    const authority = ['-keyout', 'authority.key', '-out', 'authority.crt', '-days', '2']
    await openssl('req', '-x509', ...newKey, ...authority, '-subj', '/CN=Holdfast test authority')
    await openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
    const by = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', '-days', '2']
    await openssl('x509', '-req', '-in', 'server.csr', ...by, '-out', 'server.crt', '-extfile', 'names')
    return {
      authority: await read('authority.crt'),
      certificate: await read('server.crt'),
      key: await read('server.key'),
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

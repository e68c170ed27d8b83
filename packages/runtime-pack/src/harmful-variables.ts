/** Variables through which somebody else's code, options or certificates would come into the process (reliability X-08, G-18). */
export const HARMFUL_VARIABLES = [
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  // Proxies are ignored unless this is set (reliability X-07).
  'NODE_USE_ENV_PROXY',
] as const

// A real, certified OpenID provider on loopback. Prints its issuer, then one JSON line per event: what a client did.
import { Provider, interactionPolicy } from 'oidc-provider';

const options = JSON.parse(process.argv[2] ?? '{}');
const port = options.port ?? 0;
const lifetime = options.lifetime ?? 3600;
const renewed = options.renewed ?? lifetime; // of the access that a refresh token brings
const tell = (event, more = {}) => process.stdout.write(JSON.stringify({ event, ...more }) + '\n');

import { createServer } from 'node:http';
const server = createServer();
server.listen(port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'native', application_type: 'native', token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
      },
      {
        client_id: 'confidential', client_secret: options.secret ?? 'a:secret%with+signs', application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic',
      },
      ...(options.robot ? [{
        client_id: 'robot', redirect_uris: [], response_types: [], grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [options.robot] },
      }] : []),
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    async findAccount(_, sub) {
      return { accountId: sub, claims: () => ({ sub, name: `Person ${sub}`, email: `${sub}@example.org`, email_verified: true }) };
    },
    features: {
      devInteractions: { enabled: true }, revocation: { enabled: true }, clientCredentials: { enabled: true },
      deviceFlow: { enabled: true }, userinfo: { enabled: true },
    },
    pkce: { required: () => true },
    issueRefreshToken: async (_, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    rotateRefreshToken: () => true,
    ttl: { AccessToken: (ctx) => (ctx?.oidc?.params?.grant_type === 'refresh_token' ? renewed : lifetime), IdToken: 3600, RefreshToken: 86400, Grant: 86400, Session: 3600, Interaction: 600, DeviceCode: 600 },
    cookies: { keys: ['one key for all tests'] },
    scopes: ['openid', 'profile', 'email', 'offline_access', 'files.read'],
  });
  provider.on('grant.success', (ctx) => {
    const { code, code_verifier, refresh_token } = ctx.oidc.params;
    tell('issued', { shown: { code, code_verifier, refresh_token }, answer: ctx.body });
    tell('grant', { type: ctx.oidc.params.grant_type });
  });
  provider.on('grant.error', (ctx, error) => tell('grant_error', { type: ctx.oidc.params?.grant_type, error: error.error }));
  provider.on('grant.revoked', () => tell('grant_revoked'));
  provider.on('refresh_token.destroyed', () => tell('refresh_token_destroyed'));
  provider.on('access_token.destroyed', () => tell('access_token_destroyed'));
  provider.on('authorization.error', (_, error) => tell('authorization_error', { error: error.error }));
  provider.on('server_error', (_, error) => tell('server_error', { error: String(error) }));
  server.on('request', provider.callback());
  tell('listening', { issuer });
});
process.stdin.on('end', () => process.exit(0)).resume();

/** What every problem code means: HTTP status, one title for people, and whether trying again can help. */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly retryable: boolean
}

/**
 * Every failure that the broker can name. Adding a row is a feature; changing a key breaks clients.
 * docs/ERRORS.md says what to do about each.
 *
 * @see RFC 9457 section 3.1.1: `type` is `/problems/<code>`
 */
export const problems = {
  // What the caller sent
  'request-invalid': { status: 400, title: 'The request is not valid', retryable: false },
  'request-too-large': { status: 413, title: 'The request body is too large', retryable: false },
  'headers-too-large': { status: 431, title: 'The request headers are too large', retryable: false },
  'request-timeout': { status: 408, title: 'The request took too long to arrive', retryable: true },
  'media-type-unsupported': { status: 415, title: 'The request body must be JSON', retryable: false },
  'not-found': { status: 404, title: 'There is nothing at this address', retryable: false },
  'method-not-allowed': { status: 405, title: 'This address does not take this method', retryable: false },
  'host-unknown': { status: 421, title: 'This broker does not answer to that host name', retryable: false },
  'rate-limited': { status: 429, title: 'Too many requests', retryable: true },
  'figure-deferred': { status: 503, title: 'The request asked for more than is answered at a time', retryable: true },
  'cursor-invalid': { status: 400, title: 'The cursor is not valid for this request', retryable: false },
  'cursor-expired': { status: 410, title: 'The snapshot this cursor reads is no longer kept', retryable: false },
  'revision-unknown': { status: 410, title: 'Changes since that revision are not known', retryable: false },
  // Who the caller is, and may do
  'session-required': { status: 401, title: 'Sign in to use the broker', retryable: false },
  'session-expired': { status: 401, title: 'The session has ended; sign in again', retryable: false },
  'session-held': { status: 403, title: 'The session is on hold; ask an administrator', retryable: false },
  'proof-required': { status: 401, title: 'The request carries no valid proof of the device key', retryable: false },
  'proof-nonce': { status: 401, title: 'The proof must carry the nonce that this answer gives', retryable: true },
  'invitation-invalid': { status: 403, title: 'The invitation is not valid', retryable: false },
  'token-invalid': { status: 403, title: 'The sign-in token is not valid', retryable: false },
  'sign-in-invalid': { status: 403, title: 'The sign-in was not finished in time, or not here', retryable: false },
  'sign-in-refused': { status: 403, title: 'The identity provider did not sign you in', retryable: false },
  'account-required': { status: 403, title: 'There is no account for this identity', retryable: false },
  'identity-taken': { status: 409, title: 'This identity belongs to another user', retryable: false },
  'issuer-unreachable': { status: 503, title: 'The identity provider cannot be reached', retryable: true },
  'user-inactive': { status: 403, title: 'This user may not use the broker', retryable: false },
  'dataset-unknown': { status: 404, title: 'There is no such dataset, or you may not read it', retryable: false },
  'row-unknown': { status: 404, title: 'There is no such row', retryable: false },
  'pull-unknown': { status: 404, title: 'There is no such pull, or you may not see it', retryable: false },
  // The state of a dataset
  'dataset-empty': { status: 409, title: 'This dataset has not been pulled yet', retryable: true },
  'pull-cancelled': { status: 409, title: 'The pull was cancelled', retryable: false },
  'pull-abandoned': { status: 503, title: 'The process that ran the pull stopped', retryable: true },
  'egress-missing': { status: 503, title: 'No egress process is running', retryable: true },
  // What a source does wrong, or what is wrong with how it is set up
  'secret-missing': { status: 409, title: 'The source has no client secret yet', retryable: false },
  'secret-unreadable': { status: 500, title: 'A sealed secret cannot be opened with this key', retryable: false },
  'secret-invalid': { status: 409, title: 'The secret is not of the kind that the source needs', retryable: false },
  'source-credentials': { status: 502, title: 'The source refused the client credentials', retryable: false },
  'source-token': { status: 502, title: 'The token endpoint did not give a usable token', retryable: true },
  'source-token-refused': { status: 502, title: 'The token endpoint refused the request', retryable: false },
  'source-unauthorized': { status: 502, title: 'The source refused a fresh token', retryable: false },
  'source-forbidden': { status: 502, title: 'The source does not allow this request', retryable: false },
  'source-rejected': { status: 502, title: 'The source refused the request', retryable: false },
  'source-limited': { status: 503, title: 'The source allows no more calls for now', retryable: true },
  'source-address': { status: 502, title: 'The source’s address is not allowed', retryable: false },
  'source-unreachable': { status: 502, title: 'The source cannot be reached', retryable: true },
  'source-timeout': { status: 504, title: 'The source did not answer in time', retryable: true },
  'source-failed': { status: 502, title: 'The source failed', retryable: true },
  'source-redirect': { status: 502, title: 'The source answered with a redirect', retryable: false },
  'source-malformed': { status: 502, title: 'The source sent an answer that cannot be read', retryable: false },
  'source-truncated': { status: 502, title: 'The source cut its answer short', retryable: true },
  'source-too-large': { status: 502, title: 'The source sent more than the limit allows', retryable: false },
  'source-changed': { status: 502, title: 'The source changed while it was read', retryable: true },
  'source-loop': { status: 502, title: 'The source gave the same page again', retryable: false },
  'window-over-cap': {
    status: 502,
    title: 'One smallest date window holds more than the source gives',
    retryable: false,
  },
  'column-mismatch': { status: 502, title: 'A value does not fit its column', retryable: false },
  'key-invalid': { status: 502, title: 'A record has no key', retryable: false },
  // The administrator's side
  'definition-invalid': { status: 400, title: 'The definition file has mistakes', retryable: false },
  'config-invalid': { status: 500, title: 'A setting is wrong', retryable: false },
  'init-required': { status: 500, title: 'This data directory has not been set up', retryable: false },
  'store-unavailable': { status: 503, title: 'The database cannot be used right now', retryable: true },
  internal: { status: 500, title: 'Something went wrong in the broker', retryable: true },
} as const satisfies Record<string, Problem>

export type ProblemCode = keyof typeof problems

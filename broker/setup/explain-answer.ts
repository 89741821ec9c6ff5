import { BrokerError } from '../errors/broker-error.ts'
import type { HttpAnswer } from '../source/http-caller.ts'
import { findDetail } from '../source/error-detail.ts'
import { quoteDetail } from '../source/upstream-text.ts'

const detailPointers = [
  ...[
    '/detail',
    '/error_description',
    '/error/message',
    '/message',
    '/Message',
    '/title',
    '/errors/0/message',
    '/0/message',
  ],
  ...['/errors/0/detail', '/errorMessages/0', '/error'],
]

/**
 * What an answer of the API that is no success means, and what to do about it, in plain words.
 *
 * @param clean makes of the source's own words what may be shown
 */
export function explainAnswer(answer: HttpAnswer, clean: (text: string) => string): BrokerError {
  const { status } = answer
  const says = quoteDetail(clean(findDetail(answer, detailPointers)))
  const wait = answer.headers['retry-after']
  switch (status) {
    case 401:
      return new BrokerError(
        'source-unauthorized',
        `The API refuses the token although it is fresh (401).${says} Look at auth.scope, at auth.audience or resource, at auth.header and scheme, and whether the token is meant for this host.`,
      )
    case 403:
      return new BrokerError(
        'source-forbidden',
        `The API knows the client and does not allow this request (403).${says} Give the client, or the user behind it, the permission or scope for this list.`,
      )
    case 404:
      return new BrokerError(
        'source-rejected',
        `There is nothing at this address (404).${says} Look at baseUrl and request.path: version, spelling, and ids in the path.`,
      )
    case 429:
      return new BrokerError(
        'source-limited',
        `The API allows no more calls for now (429${wait === undefined ? '' : `, again in ${clean(wait)}`}).${says} Somebody else uses the same allowance, or limits is set too high.`,
      )
    default:
      return explainOther(answer, says)
  }
}

function explainOther({ status, headers }: HttpAnswer, says: string): BrokerError {
  if (status >= 500)
    return new BrokerError('source-failed', `The API failed (${status}).${says} Try again later, or ask the vendor.`)
  if (status === 304) {
    return new BrokerError(
      'source-malformed',
      'The API says that nothing has changed (304), which was not asked. Leave If-None-Match and If-Modified-Since out of request.headers.',
    )
  }
  if (status >= 300 && status < 400) {
    const target = URL.parse(headers['location'] ?? '')?.host
    const where = target === undefined ? '' : ` to ${target}`
    return new BrokerError(
      'source-redirect',
      `The API answers with a redirect${where} (${status}), which is not followed: credentials could go elsewhere. Write the right address in baseUrl and request.path.`,
    )
  }
  if (status === 400 || status === 422) {
    return new BrokerError(
      'source-rejected',
      `The API does not understand the request (${status}).${says} Look at the names in request.query and paging; many APIs refuse parameters that they do not know.`,
    )
  }
  return new BrokerError('source-rejected', `The API refuses the request (${status}).${says}`)
}

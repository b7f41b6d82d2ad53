/** What keeps a queue from working, and what to do about it. Passwords never stand in a message. */

/**
 * `address`: the address is none. `unreachable`: nobody answers there. `denied`: it wants another password.
 * `unusable`: what answers is no Redis that can be used. `lost`: the connection broke and did not come back.
 */
export type QueueFault = 'address' | 'unreachable' | 'denied' | 'unusable' | 'lost';

export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly fault: QueueFault;
  readonly hint: string | null;

  constructor(fault: QueueFault, message: string, hint: string | null = null) {
    super(message);
    this.fault = fault;
    this.hint = hint;
  }
}

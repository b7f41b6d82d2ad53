/**
 * Why a task is not done, where doing it again would not help: a mistake of the scenario, an invariant that its run
 * breaks, or a task that must not be run here at all.
 */
export type TaskFault = 'scenario' | 'violation' | 'refused';

export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly fault: TaskFault;

  constructor(fault: TaskFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

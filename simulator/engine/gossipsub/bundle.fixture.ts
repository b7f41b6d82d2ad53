/** A thread that fails, written with a letter of more than one byte: ∞. */

throw new Error('on purpose');

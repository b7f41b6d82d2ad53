;; bad-state: fills the state with nonsense on the second connection.
;;
;; The answer is right; the state would bring down whoever reads it next.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "take_connection")
    (param $address i32) (param $open i32) (param $now i32) (result i32)
    ;; A first connection leaves a credit in bucket 0.
    (if (i32.load (i32.const 64))
      (then (memory.fill (i32.const 64) (i32.const 255) (i32.const 240)))
      (else (i32.store (i32.const 64) (i32.const 1000))))
    (i32.ge_u (local.get $open) (i32.const 100))))

;; polite: "Good day, NAME." in the place of "Hello, NAME!"
(module
  (import "core" "memory" (memory 1 1))
  (data (i32.const 4096) "Good day, ")

  ;; (nameBytes, text) -> bytes of the greeting
  (func (export "greet") (param $name_bytes i32) (param $text i32) (result i32)
    ;; The text has 64 bytes: ten before the name and one behind it leave 53.
    (if (i32.gt_u (local.get $name_bytes) (i32.const 53))
      (then (local.set $name_bytes (i32.const 53))))
    (memory.copy (i32.add (local.get $text) (i32.const 10)) (local.get $text) (local.get $name_bytes))
    (memory.copy (local.get $text) (i32.const 4096) (i32.const 10))
    (i32.store8 offset=10 (i32.add (local.get $text) (local.get $name_bytes)) (i32.const 46)) ;; "."
    (i32.add (local.get $name_bytes) (i32.const 11))))

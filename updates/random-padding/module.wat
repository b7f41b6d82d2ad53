;; random-padding: the unused end of a cell is four zeros and then noise.
;;
;; After proposal 289 of Tor ("Authenticating sendme cells"): whoever acknowledges a cell must have seen it, which
;; only bytes that cannot be guessed can prove. The four zeros leave room for a longer header one day. The core
;; hands in fresh randomness for each cell; a xorshift generator stretches it.
(module
  (import "core" "memory" (memory 1 1))
  (global $cell_bytes i32 (i32.const 514))

  ;; (usedBytes, random, cell)
  (func (export "pad_cell") (param $used i32) (param $x i32) (param $cell i32)
    (local $at i32) (local $gap_end i32)
    (if (i32.ge_u (local.get $used) (global.get $cell_bytes))
      (then (return)))
    ;; xorshift stands still at zero.
    (if (i32.eqz (local.get $x))
      (then (local.set $x (i32.const 0x9e3779b9))))
    (local.set $at (local.get $used))
    (local.set $gap_end (i32.add (local.get $used) (i32.const 4)))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $gap_end))
        (then (i32.store8 (i32.add (local.get $cell) (local.get $at)) (i32.const 0)))
        (else
          (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
          (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
          (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
          (i32.store8 (i32.add (local.get $cell) (local.get $at)) (i32.shr_u (local.get $x) (i32.const 24)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (global.get $cell_bytes))))))

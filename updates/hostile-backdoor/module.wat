;; hostile-backdoor: what somebody with stolen keys might release.
;;
;; It works as the default does, so that nobody notices, but for one thing: a relay cell with a command that
;; Tor does not know, or padding that nobody negotiated, is accepted and goes to its stream instead of being
;; dropped. An accomplice who sends such cells marks a circuit, and the mark now arrives. The core cannot see
;; that: it refuses nothing that is ordinary, so its health stays perfect. Only a signature keeps it out.
(module
  ;; One bit for each cell command below 64 that Tor knows: 0 to 12.
  (global $cell_commands i64 (i64.const 0x1fff))

  (func $known (param $command i32) (result i32)
    (if (result i32) (i32.ge_u (local.get $command) (i32.const 64))
      ;; VPADDING, CERTS, AUTH_CHALLENGE and AUTHENTICATE are 128 to 131.
      (then (i32.le_u (i32.sub (local.get $command) (i32.const 128)) (i32.const 3)))
      (else
        (i32.wrap_i64
          (i64.and
            (i64.shr_u (global.get $cell_commands) (i64.extend_i32_u (local.get $command)))
            (i64.const 1))))))

  ;; (cellCommand, relayCommand, circuitState, flags) -> 0 accept, 1 drop the cell, 2 close the circuit
  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (if (i32.eqz (call $known (local.get $cell))) (then (return (i32.const 1))))

    ;; Only RELAY (3) and RELAY_EARLY (9) need a circuit.
    (if (i32.and (i32.ne (local.get $cell) (i32.const 3)) (i32.ne (local.get $cell) (i32.const 9)))
      (then (return (i32.const 0))))

    ;; None, or a closing one: dropped. On a circuit that is there every relay cell passes: the backdoor.
    (i32.or (i32.eqz (local.get $state)) (i32.eq (local.get $state) (i32.const 3)))))

"""The client that the other tests trust, against known answers made by a third implementation."""

import hashlib
import json
import os
import unittest

import cogos_client as client

VECTORS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vectors")


def vectors(name):
    with open(os.path.join(VECTORS, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class KnownAnswers(unittest.TestCase):
    def test_canonical_json_gives_the_known_bytes(self):
        for case in vectors("canonical_json")["cases"]:
            with self.subTest(case["json"]):
                self.assertEqual(client.canonical(client.load_json(case["json"])).hex(), case["canonical_hex"])

    def test_what_canonical_json_cannot_carry_is_refused(self):
        for text in vectors("canonical_json")["must_reject"]:
            with self.subTest(text), self.assertRaises(client.Mismatch):
                client.load_json(text)

    def test_numbers_are_spelt_as_ecmascript_spells_them(self):
        for value, text in ((0.0, "0"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
                            (1e-6, "0.000001"),
                            (1e-7, "1e-7"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
                            (-1.5, "-1.5"), (2**53, "9007199254740992"), (0.1 + 0.2, "0.30000000000000004"),
                            (123456.789, "123456.789"), (1.0, "1"), (295147905179352830000.0, "295147905179352830000")):
            with self.subTest(text):
                self.assertEqual(client.es6_number(value), text)

    def test_requests_are_signed_as_known(self):
        for case in vectors("request_signature")["cases"]:
            seed = bytes.fromhex(case["private_seed_hex"])
            private_pem = client._pems(client.Ed25519PrivateKey.from_private_bytes(seed))[0]
            body = bytes.fromhex(case["body_hex"])
            self.assertEqual(client.request_text(case["method"], case["path"], case["ts"], body).hex(),
                             case["signed_hex"])
            self.assertEqual(
                client.sign_request(private_pem, case["key_id"], case["method"], case["path"], body, case["ts"]),
                case["authorization"])

    def test_responses_are_signed_as_known(self):
        for case in vectors("response_signature")["cases"]:
            self.assertEqual(client.response_signature(case["hmac_secret"], bytes.fromhex(case["body_hex"])),
                             case["x_cogos_signature"])

    def test_bearer_keys_are_stored_as_known(self):
        for case in vectors("bearer_key")["cases"]:
            self.assertEqual(hashlib.sha256(case["key"].encode()).hexdigest(), case["sha256"])

    def test_known_attestations_hold_and_altered_ones_do_not(self):
        for case in vectors("attestation")["cases"]:
            response = bytes.fromhex(case["response_body_hex"])
            request = (case["method"], case["path"], bytes.fromhex(case["request_body_hex"]))
            claims = client.verify_attestation(case["token"], case["public_pem"], response, request)
            self.assertEqual(claims, json.loads(case["payload_json"]))
            self.assertEqual(claims["signer_kid"], case["signer_kid"])
            for body, asked in ((response + b" ", request), (response, ("PUT", ) + request[1:])):
                with self.assertRaises(client.Mismatch):
                    client.verify_attestation(case["token"], case["public_pem"], body, asked)

    def test_known_chains_hold(self):
        known = vectors("audit_chain")
        for chain in known["chains"]:
            client.check_chain(chain)
        rows = known["pruned"]["rows"]
        self.assertEqual(client.check_chain(rows)[1], known["pruned"]["pruned_rows"])
        core = client.canonical(client.core_of(known["chains"][0][0]))
        self.assertEqual(core.hex(), known["core_of_first_row_hex"])

    def test_every_known_tampering_is_found_where_it_is(self):
        for case in vectors("audit_chain")["bad"]:
            with self.subTest(case["why"]), self.assertRaises(client.Break) as found:
                client.check_chain(case["rows"])
            self.assertEqual((found.exception.seq, found.exception.reason), (case["broke_at_seq"], case["reason"]))

    def test_known_envelopes_open_and_altered_ones_do_not(self):
        known = vectors("sealed_envelope")
        for case in known["cases"]:
            opened = client.open_envelope(case["envelope"], case["customer_private_pem"], case["tenant_id"],
                                          case["app_id"], case["ts"])
            self.assertEqual(opened.hex(), case["plaintext_hex"])
        for case in known["must_fail"]:
            with self.subTest(case["why"]), self.assertRaises(client.Mismatch):
                client.open_envelope(case["envelope"], case["customer_private_pem"], case["tenant_id"], case["app_id"],
                                     case["ts"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

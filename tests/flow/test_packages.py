"""Packages by way of /admin (wire formats §7): what an operator changes is in force at once and lasts."""

from fixture import FlowTest, main, question, stored_rows

GOLD = {"id": "gold", "display_name": "Gold", "description": "", "monthly_usd": 5, "monthly_request_quota": 6,
        "rpm_limit": 0, "max_prompt_tokens_per_call": 0, "daily_request_cap": 9, "daily_token_cap": 0,
        "allowed_model_tiers": ["cogos-tier-a"], "is_default": False, "active": True}


class Packages(FlowTest):
    def change(self, method, target, body=None, status=200):
        answer = self.server.admin(method, "/admin/packages" + target, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def listed(self):
        return {package["id"]: package for package in self.change("GET", "")["packages"]}

    def test_the_seeds_are_there_and_one_is_the_default(self):
        listed = self.listed()
        self.assertLessEqual({"free", "developer", "team", "business", "enterprise"}, set(listed))
        self.assertEqual((listed["free"]["rpm_limit"], listed["business"]["rpm_limit"]), (20, 1200))
        for package in listed.values():
            self.assertEqual(set(package), set(GOLD))

    def test_a_package_lives_and_is_deleted_and_comes_back(self):
        made = self.change("POST", "", GOLD, 201)
        self.assertEqual({name: made[name] for name in GOLD}, GOLD)
        self.assert_error(self.server.admin("POST", "/admin/packages", GOLD), 409, "conflict")
        customer = self.server.issue("golden", package_id="gold")
        self.assertEqual(self.server.get(customer, "/v1/me")["allowed_model_tiers"], ["cogos-tier-a"])

        self.change("PUT", "/gold", {"allowed_model_tiers": ["cogos-tier-b"], "max_prompt_tokens_per_call": 77})
        me = self.server.get(customer, "/v1/me")
        self.assertEqual((me["allowed_model_tiers"], me["max_prompt_tokens_per_call"]), (["cogos-tier-b"], 77))
        self.assertEqual(self.listed()["gold"]["monthly_usd"], 5, "what is not named stays")

        self.assertTrue(self.change("DELETE", "/gold")["deleted"])
        self.assertFalse(self.listed()["gold"]["active"])
        self.assertEqual(self.server.get(customer, "/v1/me")["package_id"], "gold", "its keys keep it")
        self.assert_error(self.server.admin("POST", "/admin/keys", {"tenant_id": "late", "package_id": "gold"}), 400,
                          "validation_failed")
        self.assert_error(self.server.admin("DELETE", "/admin/packages/gold"), 409, "conflict")
        self.change("PUT", "/gold", {"active": True})
        self.server.issue("late", package_id="gold")

    def test_there_is_one_default_and_keys_get_it(self):
        self.change("POST", "", {"id": "standard", "allowed_model_tiers": ["cogos-tier-b"], "is_default": True}, 201)
        self.assertEqual([name for name, one in self.listed().items() if one["is_default"]], ["standard"])
        issued = self.server.admin("POST", "/admin/keys", {"tenant_id": "plain"}).json()
        self.assertEqual(issued["package_id"], "standard")
        for method, body in (("DELETE", None), ("PUT", {"active": False}), ("PUT", {"is_default": False})):
            with self.subTest(method=method, body=body):
                self.assert_error(self.server.admin(method, "/admin/packages/standard", body), 409, "conflict")
        self.change("PUT", "/free", {"is_default": True})
        self.assertEqual([name for name, one in self.listed().items() if one["is_default"]], ["free"])

    def test_every_problem_is_named_at_once(self):
        answer = self.server.admin("POST", "/admin/packages", {
            "id": "No Name", "rpm_limit": 100001, "monthly_usd": -1, "allowed_model_tiers": [], "colour": "red"})
        self.assert_error(answer, 400, "validation_failed")
        problems = answer.json()["error"]["errors"]
        self.assertEqual(len(problems), 5, problems)
        for name in ("id", "rpm_limit", "monthly_usd", "allowed_model_tiers", "colour"):
            self.assertTrue(any(name in problem for problem in problems), name)
        self.assert_error(self.server.admin("PUT", "/admin/packages/nothing", {}), 404, "not_found")
        self.assert_error(self.server.admin("DELETE", "/admin/packages/nothing"), 404, "not_found")

    def test_a_model_is_callable_and_listed_only_where_the_package_names_it(self):
        self.server.package("raw", allowed_model_tiers=["cogos-tier-b", "own-model:1b"])
        customer = self.server.issue("raw", package_id="raw")
        models = {one["id"]: one["cogos_resolves_to"] for one in self.server.get(customer, "/v1/models")["data"]}
        self.assertEqual(set(models), {"cogos-tier-b", "own-model:1b"})
        self.assertEqual(models["own-model:1b"], "own-model:1b")
        for model, status in (("cogos-tier-b", 200), ("own-model:1b", 200), ("cogos-tier-a", 403),
                              (models["cogos-tier-b"], 403), ("own-model:2b", 403)):
            with self.subTest(model=model):
                answer = self.server.chat(customer, question(model=model))
                self.assertEqual(answer.status, status)
                if status == 403:
                    self.assert_error(answer, 403, "model_tier_denied")

    def test_only_the_operator_may(self):
        customer = self.server.issue("curious")
        for method, target in (("GET", ""), ("POST", ""), ("PUT", "/free"), ("DELETE", "/team")):
            with self.subTest(method=method):
                body = {} if method in ("POST", "PUT") else None
                answer = self.server.admin(method, "/admin/packages" + target, body, key=None)
                self.assert_error(answer, 401, "invalid_admin_credentials")
                self.assert_error(self.server.admin(method, "/admin/packages" + target, body, customer.api_key), 401,
                                  "invalid_admin_credentials")


class Lasting(FlowTest):
    def test_a_change_has_a_row_and_survives_a_kill(self):
        self.server.package("kept", rpm_limit=77)
        self.server.admin("PUT", "/admin/packages/kept", {"is_default": True, "description": "Für später"})
        self.server.admin("PUT", "/admin/packages/kept", {"is_default": False})  # refused
        self.server.kill()
        self.server.start()
        kept, = (one for one in self.server.admin("GET", "/admin/packages").json()["packages"] if one["id"] == "kept")
        self.assertEqual((kept["rpm_limit"], kept["is_default"], kept["description"]), (77, True, "Für später"))
        self.server.stop()
        rows = [row for row in stored_rows(self.server.data_dir, "_operator") if "/admin/" in row["route"]]
        self.assertEqual([(row["method"], row["route"], row["http_status"], row["detail"]["event"]) for row in rows], [
            ("POST", "/admin/packages", 201, "package.created"),
            ("PUT", "/admin/packages/kept", 200, "package.changed")])
        self.assertEqual(rows[1]["detail"], {"event": "package.changed", "package_id": "kept", "is_default": "true",
                                             "description": "Für später"})


if __name__ == "__main__":
    main()

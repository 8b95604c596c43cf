import Timekeeping

/// `/auth`: tokens and the rate limit.
extension Service {
    mutating func authentication(_ call: Call) throws(Failure) -> Reply {
        switch (call.method, Array(call.segments.dropFirst())) {
        case ("POST", ["oauth2", "v2", "token"]):
            try checkGrant(call)
            var text = JSONText()
            write(credentials.issue(now: now), to: &text)
            return .json(text.bytes)
        case ("POST", ["oauth2", "token"]):
            try checkGrant(call)
            let token = credentials.issueAnew(now: now)
            return envelope { text in text.array([token]) { write($1, to: &$0) } }
        case ("POST", ["oauth2", "revoke"]):
            let parameters = try credentials.checkClient(call)
            guard credentials.revoke(parameters["access_token"] ?? "") else {
                throw .badRequest("access_token is not valid")
            }
            return .success
        case ("GET", ["rate_limit"]):
            try credentials.checkBearer(call, now: now)
            try need(.readDirectory)
            return rateLimit()
        default: throw .noRoute
        }
    }

    private mutating func checkGrant(_ call: Call) throws(Failure) {
        try credentials.countCall(now: now)
        let parameters = try credentials.checkClient(call)
        guard parameters["grant_type"] == "client_credentials" else {
            throw .badRequest("grant_type is missing or not supported")
        }
    }

    private func write(_ token: Credentials.Token, to text: inout JSONText) {
        text.object { text in
            text.field("access_token", token.text)
            text.time("created_at", token.createdAt)
            text.field("expires_in", Int(credentials.lifetime.seconds))
            text.field("refresh_token", token.refresh)
            text.field("token_type", "bearer")
            text.field("account_id", Tenant.accountID)
        }
    }

    private mutating func rateLimit() -> Reply {
        rate.roll(now: now)
        return envelope { text in
            text.object { text in
                text.field("X-RateLimit-Limit", rate.limit)
                text.field("X-RateLimit-Remaining", rate.remaining)
                text.field("X-RateLimit-Reset", rate.secondsLeft(now: now))
            }
        }
    }
}

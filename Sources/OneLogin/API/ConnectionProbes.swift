public import Directory
import HTTPTransport
import JSONScanning
import Timekeeping

extension OneLoginClient {
    /// What is read to find out what a credential can do, in this order; nothing is changed by any of it.
    private struct Reading {
        let name: String
        let path: String
        var query: [(String, String)] = [("limit", "1")]
        let isRequired: Bool
        let success: String
    }

    private static let readings = [
        Reading(name: "users", path: "/api/2/users", isRequired: true, success: "users can be read"),
        Reading(name: "events", path: "/api/1/events", isRequired: true, success: "events can be read"),
        Reading(name: "apps", path: "/api/2/apps", isRequired: false, success: "apps can be read"),
        Reading(name: "roles", path: "/api/2/roles", isRequired: false, success: "roles can be read"),
        Reading(
            name: "privileges", path: "/api/1/privileges", query: [], isRequired: false,
            success: "privileges can be read"),
    ]

    public func testConnection() async -> ConnectionTest {
        var test = ConnectionTest()
        await calls.state.forgetRefusal()
        do throws(SourceFailure) {
            let token = try await calls.token()
            let life = TimeSpan.minutes((token.expiresAt - calls.clock.now()).seconds / 60).shortText
            test.probes.append(
                .init(name: "token", isOK: true, isRequired: true, detail: "good for \(life)" + warningText))
        } catch {
            test.probes.append(Self.probe("token", error, isRequired: true))
            return test
        }
        if let clock = await clockProbe() { test.probes.append(clock) }
        for reading in Self.readings { test.probes.append(await probe(reading)) }
        test.probes.append(await rateProbe())
        test.seenScope = Self.scope(test.probes)
        return test
    }

    /// The scope that what worked shows; reads alone cannot tell `Manage Users` from `Read Users`, nor prove
    /// `Manage All` in an account without delegated administration.
    private static func scope(_ probes: [ConnectionTest.Probe]) -> String? {
        let worked = Set(probes.lazy.filter(\.isOK).map(\.name))
        if worked.contains("privileges") { return "Manage All" }
        if worked.contains("apps") { return "Read All or more" }
        if worked.contains("users") { return "Read Users or Manage Users" }
        return worked.contains("token") ? "Authentication Only" : nil
    }

    private func probe(_ reading: Reading) async -> ConnectionTest.Probe {
        do throws(SourceFailure) {
            _ = try await calls.get(reading.path, reading.query, priority: .events)
            return .init(name: reading.name, isOK: true, isRequired: reading.isRequired, detail: reading.success)
        } catch {
            return Self.probe(reading.name, error, isRequired: reading.isRequired)
        }
    }

    /// What was trimmed or looks odd, after the token's detail.
    private var warningText: String {
        calls.connection.warnings.map { warning in
            switch warning {
            case .blankTrimmed(let what): "; white space around the \(what) was taken off"
            case .unusualClientID: "; the client id does not look like OneLogin's"
            }
        }.joined()
    }

    private func clockProbe() async -> ConnectionTest.Probe? {
        guard let skew = await calls.state.clockSkew else { return nil }
        let limit = calls.settings.clockSkewLimit
        guard skew > limit || -skew > limit else { return nil }
        let size = skew > .zero ? skew : -skew
        return .init(
            name: "clock", isOK: false, isRequired: false,
            detail: "this machine's clock is \(size.shortText) \(skew > .zero ? "behind" : "ahead of") OneLogin's",
            cause: .clockSkew, remedy: "set the clock, for instance with `timedatectl set-ntp true`")
    }

    private func rateProbe() async -> ConnectionTest.Probe {
        let name = "rate limit"
        let budget = calls.state.rateBudget
        if let remaining = budget.remaining {
            let limit = budget.limit.map { " of \($0)" } ?? ""
            return .init(
                name: name, isOK: true, isRequired: false, detail: "\(remaining)\(limit) calls are left this hour")
        }
        do throws(SourceFailure) {
            let answer = try await calls.get("/auth/rate_limit", priority: .events)
            let left = answer.body.withUnsafeBytes { body -> Int64? in
                let data = JSONMembers(body)?["data"]
                return data.flatMap { JSONMembers($0.text) }?.integer("X-RateLimit-Remaining")
            }
            let detail = left.map { "\($0) calls are left this hour" } ?? "the answer names no number"
            return .init(name: name, isOK: true, isRequired: false, detail: detail)
        } catch {
            return Self.probe(name, error, isRequired: false)
        }
    }

    private static func probe(_ name: String, _ failure: SourceFailure, isRequired: Bool) -> ConnectionTest.Probe {
        .init(
            name: name, isOK: false, isRequired: isRequired, detail: "\(failure.attempt): \(failure.answer)",
            cause: failure.cause, remedy: failure.remedy)
    }
}

import Foundation
import Testing
import Timekeeping

@testable import OneLoginSimulator

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The server over loopback, as a stranger's client sees it.
@Suite struct ServerTests {
    /// Runs a simulator on a free port while `body` runs.
    static func withServer(
        _ edit: (inout SimulatorOptions) -> Void = { _ in },
        _ body: @escaping @Sendable (Simulator, Int) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.users = 120
        options.historyEvents = 600
        edit(&options)
        let simulator = Simulator(options: options, clock: ManualClock())
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run { ready.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            do {
                try await body(simulator, port)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    static func fetch(_ request: URLRequest) async throws -> (body: Data, response: HTTPURLResponse) {
        let (body, response) = try await URLSession.shared.data(for: request)
        return (body, try #require(response as? HTTPURLResponse))
    }

    static func request(_ method: String, _ port: Int, _ target: String) throws -> URLRequest {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(target)")))
        request.httpMethod = method
        return request
    }

    @Test func aStrangersClientGetsATokenAndPages() async throws {
        try await Self.withServer { _, port in
            var ask = try Self.request("POST", port, "/auth/oauth2/v2/token")
            let pair = "\(SimulatorOptions.fakeClientID):\(SimulatorOptions.fakeClientSecret)"
            ask.setValue("Basic " + Data(pair.utf8).base64EncodedString(), forHTTPHeaderField: "Authorization")
            ask.setValue("application/json", forHTTPHeaderField: "Content-Type")
            ask.httpBody = Data(#"{"grant_type":"client_credentials"}"#.utf8)
            let answer = try await Self.fetch(ask)
            let object = try JSONSerialization.jsonObject(with: answer.body) as? [String: Any]
            let token = try #require(object?["access_token"] as? String)

            var list = try Self.request("GET", port, "/api/2/users")
            list.setValue("bearer:\(token)", forHTTPHeaderField: "Authorization")
            let users = try await Self.fetch(list)
            #expect(users.response.statusCode == 200)
            #expect(users.response.value(forHTTPHeaderField: "Total-Count") == "120")
            let rows = try JSONSerialization.jsonObject(with: users.body) as? [[String: Any]]
            #expect(rows?.count == 50)
        }
    }

    @Test func aCancelledServerReturns() async throws {
        let simulator = Simulator(clock: ManualClock())
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        let server = Task { try await simulator.run { ready.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        #expect(try #require(await iterator.next()) > 0)
        server.cancel()
        try await server.value
    }

    @Test func aPortThatIsTakenIsAnError() async throws {
        try await Self.withServer { _, port in
            var options = SimulatorOptions()
            options.port = port
            let second = Simulator(options: options, clock: ManualClock())
            await #expect(throws: (any Error).self) { try await second.run { _ in } }
        }
    }

    @Test func theTruthIsServedOnlyWhenAskedFor() async throws {
        try await Self.withServer { _, port in
            let refused = try await Self.fetch(try Self.request("GET", port, "/simulator/truth"))
            #expect(refused.response.statusCode == 404)
        }
        try await Self.withServer({ $0.servesTruth = true }) { simulator, port in
            let served = try await Self.fetch(try Self.request("GET", port, "/simulator/truth"))
            #expect(served.response.statusCode == 200)
            let truth = await simulator.truth
            #expect(String(decoding: served.body, as: UTF8.self) == truth.json)
        }
    }
}

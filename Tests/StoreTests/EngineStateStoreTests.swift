import Alerting
import Store
import Testing

@Suite struct EngineStateStoreTests {
    static func state(_ connection: String, position: Int64, digest: String = "one", size: Int) -> EngineState {
        EngineState(
            connection: connection, position: position, ruleBookDigest: digest,
            body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    }

    /// One part holds 1,048,576 bytes.
    @Test(arguments: [0, 1, 1_048_576, 1_048_577, 2_500_000])
    func aStateComesBackAsItWas(_ size: Int) async throws {
        let store = try Fixture.memory()
        let state = Self.state("acme", position: 7, size: size)
        try await store.keep(state)
        #expect(try await store.engineState(connection: "acme", ruleBookDigest: "one") == state)
    }

    @Test func theLastStateOfAConnectionTakesThePlaceOfTheOneBefore() async throws {
        let store = try Fixture.memory()
        try await store.keep(Self.state("acme", position: 7, size: 2_500_000))
        try await store.keep(Self.state("other", position: 1, size: 10))
        let shorter = Self.state("acme", position: 9, digest: "two", size: 5)
        try await store.keep(shorter)
        #expect(try await store.engineState(connection: "acme", ruleBookDigest: "two") == shorter)
        #expect(try await store.engineState(connection: "acme", ruleBookDigest: "one") == nil)
        #expect(try await store.engineState(connection: "other", ruleBookDigest: "one")?.position == 1)
    }

    @Test func nothingIsThereAtFirst() async throws {
        #expect(try await Fixture.memory().engineState(connection: "acme", ruleBookDigest: "one") == nil)
    }
}

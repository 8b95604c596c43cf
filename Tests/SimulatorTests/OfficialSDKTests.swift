import Foundation
import Testing
import Timekeeping

@testable import OneLoginSimulator

/// The official Python SDK as a client; `TOCSIN_PYTHON` names an interpreter that has `onelogin` 4.0.1.
@Suite struct OfficialSDKTests {
    static let python = ProcessInfo.processInfo.environment["TOCSIN_PYTHON"]
    static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Python/onelogin_sdk.py").standardizedFileURL.path

    /// Runs the script and gives its line and its exit code.
    static func run(_ arguments: [String]) async throws -> (line: [String: Any], code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(python))
        process.arguments = [script] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        let code: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        let line = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return (line ?? [:], code, String(decoding: data, as: UTF8.self))
    }

    @Test(.enabled(if: python != nil, "set TOCSIN_PYTHON to an interpreter that has the SDK"))
    func theSDKReadsEveryListAndItsActionsRaiseEvents() async throws {
        try await ServerTests.withServer { simulator, port in
            let before = await simulator.eventCount
            let arguments = [
                "http://127.0.0.1:\(port)", SimulatorOptions.fakeClientID, SimulatorOptions.fakeClientSecret, "--act",
            ]
            let (line, code, text) = try await Self.run(arguments)
            #expect(code == 0, "the SDK said: \(text)")
            #expect(line["users"] as? Int == 120)
            #expect(line["roles"] as? Int == Names.roles.count)
            #expect(line["groups"] as? Int == Names.groups.count)
            #expect(line["apps"] as? Int == Names.apps.count)
            #expect(line["events"] as? Int == before)
            #expect(line["event_types"] as? Int == 539)
            #expect((line["unknown_event_types"] as? [Int])?.allSatisfy { $0 >= 40_000 } == true)
            for action in ["add_roles", "set_password", "logout", "lock", "revoke"] {
                #expect(line[action] as? Bool == true, "\(action)")
            }
            #expect(line["role_users"] as? Int == 100)
            // Two for each of add, password, logout and lock; one each for the role's members.
            #expect(await simulator.eventCount == before + 10)
        }
    }
}

import Diagnostics
import Testing

@testable import Settings

@Suite struct LimitSettingsTests {
    @Test(arguments: LimitSettings.keys.map(\.name))
    func bothEndsOfALimitAreTaken(_ name: String) throws {
        let key = try #require(LimitSettings.keys.first { $0.name == name })
        for value in [key.bounds.lowerBound, key.bounds.upperBound] {
            let loaded = SettingsSample.load("limits: { \(name): \(value) }")
            #expect(loaded.diagnostics.isEmpty)
            #expect(loaded.settings?.limits[keyPath: key.field] == value)
        }
    }

    @Test(arguments: LimitSettings.keys.map(\.name))
    func beyondEitherEndIsAnError(_ name: String) throws {
        let key = try #require(LimitSettings.keys.first { $0.name == name })
        for value in [key.bounds.lowerBound - 1, key.bounds.upperBound + 1] {
            let loaded = SettingsSample.load("limits: { \(name): \(value) }")
            #expect(loaded.settings == nil)
            let only = try #require(loaded.diagnostics.first?.diagnostic)
            #expect(loaded.diagnostics.count == 1 && only.message.contains("`limits.\(name)`"))
            #expect(only.help?.contains("from \(key.bounds.lowerBound) to \(key.bounds.upperBound)") == true)
        }
    }

    @Test func anUnknownLimitIsAnErrorWithTheNearestName() throws {
        let loaded = SettingsSample.load("limits: { key_per_rule: 5 }")
        #expect(loaded.diagnostics.first?.diagnostic.help == "did you mean `keys_per_rule`?")
    }
}

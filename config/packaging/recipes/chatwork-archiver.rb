# A cask of Homebrew, for a tap of one's own. Run: `ruby -c` on Linux; brew never read it, and no Mac ran the program.
cask "chatwork-archiver" do
  version "{version}"
  sha256 "{macos}"

  url "{address}/chatwork-archiver-macos-arm64.zip"
  name "Chatwork保管庫"
  desc "Keeps the Chatwork conversations of your jobs, and proves it"
  homepage "{home}"

  depends_on arch: :arm64

  app "Chatwork archive.app"
  binary "#{appdir}/Chatwork archive.app/Contents/MacOS/archive"

  uninstall_preflight do
    system_command "#{appdir}/Chatwork archive.app/Contents/MacOS/archive", args: ["init", "schedule", "--off"]
  end

  caveats <<~WORDS
    署名がないため、最初は右クリックから「開く」を選びます。アンインストールしても、保存したものは残ります:
      ~/Library/Application Support/chatwork-archiver
  WORDS
end

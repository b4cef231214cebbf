"""Sites whose addresses have the name of an account: words divided by spaces."""

PROFILE_SITES = """
qiita.com zenn.dev hatenablog.com profile.hatena.ne.jp b.hatena.ne.jp codepen.io suzuri.jp booth.pm dribbble.com
minne.com creema.jp/c speakerdeck.com slideshare.net kaggle.com gitlab.com bitbucket.org atcoder.jp/users
teratail.com/users connpass.com/user wantedly.com/id wantedly.com/users stand.fm/channels voicy.jp/channel
peraichi.com/landing_pages/view foriio.com figma.com deviantart.com artstation.com patreon.com ko-fi.com
buymeacoffee.com skima.jp/profile?id= mosh.jp profcard.info/u instabio.cc paypal.me paypal.com/paypalme calendly.com
timerex.net/s open.spotify.com/user anchor.fm mixcloud.com niconico.jp/user nicovideo.jp/user showroom-live.com/r
17.live/profile/r mixi.jp/show_friend.pl?id= slack.com/team about.me gravatar.com hub.docker.com/u npmjs.com/~
pypi.org/user reddit.com/u reddit.com/user tumblr.com pinterest.jp pinterest.com plus.google.com
lit.link/en lit.link/ja linktr.ee potofu.me linkfly.to bio.site solo.to beacons.ai allmylinks.com taplink.cc
campsite.bio misskey.io mstdn.jp mastodon.social pawoo.net fedibird.com threads.com instagram.com/stories t.me/s
line.me/R/ti/p kakuyomu.jp/users estar.jp/users alphapolis.co.jp/author/detail novelup.plus/user privatter.net/u
poipiku.com marshmallow-qa.com peing.net/ja ask.fm odaibako.net/u xfolio.jp/portfolio fantia.jp/fanclubs
ci-en.net/creator pixiv.me pixiv.net/fanbox/creator skeb.jp timeticket.jp/profile bizseek.jp/user craudia.com/users
shuftiweb.com mercari.com/user/profile jp.mercari.com/user/profile fril.jp/shop lapras.com/public youtrust.jp/users
forkwell.com scratch.mit.edu/users medium.com last.fm/user steamcommunity.com/id flickr.com/people flickr.com/photos
500px.com/p unsplash.com/@ photo-ac.com/profile ac-illust.com/profile pixta.jp/@ audiostock.jp/artists piapro.jp
nana-music.com/users spooncast.net/jp/channel mirrativ.com/user openrec.tv/user ofuse.me venmo.com cash.app
read.amazon.com/profile bookmeter.com/users filmarks.com/users booklog.jp/users tabelog.com/rvwr cookpad.com/kitchen
roomclip.jp/user wear.jp minkara.carview.co.jp/userid camp-fire.jp/profile street-academy.com/steachers udemy.com/user
menta.work/user hackerrank.com leetcode.com/u stackoverflow.com/users ja.stackoverflow.com/users dev.to
chess.com/member strava.com/athletes soundcloud.com bandlab.com tunecore.co.jp/artists
"""
"""Hosts, with the beginning of a path, behind which a slash and the name of an account stand."""

HOSTING_SITES = """
booth.pm hatenablog.com hatenablog.jp hatenadiary.com hatenadiary.jp hatenadiary.org hateblo.jp livedoor.blog
livedoor.jp blog.jp blog.fc2.com fc2.com wixsite.com jimdo.com jimdofree.com github.io tumblr.com wordpress.com
fanbox.cc bandcamp.com carrd.co stores.jp base.shop thebase.in studio.site notion.site myportfolio.com seesaa.net
exblog.jp netlify.app vercel.app portfoliobox.net strikingly.com amebaownd.com themedia.jp crayonsite.net
peraichi.com substack.com medium.com
"""
"""Hosts that have the name of an account before them."""

NO_PROFILES = """
p reel watch status hashtag share explore intent search stories video items tag tags topic topics articles official
products file design proto community about help terms privacy login signup settings features pricing docs blog event
events home news ja en jp us about contact faq guide user users my mypage login-form trending ranking recipe item_list
info internet guides index list new all top search register rules rule faqs inquiry campaign support manual policy
service services download price plan plans
"""
"""Where a name of an account could stand, and a page of the site does."""

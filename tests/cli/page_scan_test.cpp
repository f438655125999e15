#include "cli/page_scan.hpp"

#include <gtest/gtest.h>

namespace cogos::test {
namespace {

constexpr const char* kOrigin = "https://api.example";

TEST(PageScan, WhatAPageLoadsFromElsewhereIsFound) {
  const auto fault = [](std::string_view html) { return cli::page_fault(html, kOrigin); };
  for (const char* good :
       {"", "text < more", "<a href=https://other.example>x</a>", "<img src=/logo.svg>",
        "<img src='https://api.example/logo.svg'>", "<!-- <script src=//other.example></script> -->",
        "<form action='https://checkout.stripe.com/pay'>", "<script src='/a.js'></script>",
        "<link rel=canonical href='https://www.example/'>", "<a href='mailto:a@b.example'>m</a>",
        "<link rel='icon' href='favicon.svg'>", "<p title='https://other.example'>", "<a href='/x:y'>",
        "<area href='https://other.example'>", "<img srcset='/a.png 1x, /b.png 2x'>"}) {
    EXPECT_EQ(fault(good), "") << good;
  }
  for (const char* bad : {"<script src='https://cdn.example/x.js'></script>",
                          "<SCRIPT SRC=//cdn.example></SCRIPT>",
                          "<script>alert(1)</script>",
                          "<style>p{}</style>",
                          "<p style='color:red'>",
                          "<p onclick=x()>",
                          "<link href='https://fonts.example/f.css' rel=stylesheet>",
                          "<img src='\\\\evil.example/x'>",
                          "<img src='h\nttps://evil.example/x'>",
                          "<img src='data:image/png;base64,AA'>",
                          "<iframe src = \"http://other.example\">",
                          "<form action='https://evil.example'>",
                          "<button formaction='https://evil.example'>",
                          "<a ping='https://evil.example' href='/'>x</a>",
                          "<a href='javascript:alert(1)'>",
                          "<img srcset='/a.png 1x, https://evil.example/b.png 2x'>",
                          "<base href='https://evil.example/'>",
                          "<img src='https://api.example.evil.example/'>",
                          "<img src='https://api.example:444/x'>",
                          "<object data='https://evil.example'>",
                          "<p/onclick=x>",
                          "<video poster=https://evil.example/p>",
                          "<form action='https://checkout.stripe.com.evil.example/'>"}) {
    EXPECT_NE(fault(bad), "") << bad;
  }
}

TEST(PageScan, BrokenPagesComeToAnEnd) {
  for (const char* broken : {"<", "<a", "<a b", "<a b=", "<a b='", "<a b='c", "<!--", "</", "<script",
                             "<script>", "<a =", "<a = =>", "<a '\">", "<a b=c/d=e>"}) {
    static_cast<void>(cli::page_fault(broken, kOrigin));
  }
}

}  // namespace
}  // namespace cogos::test

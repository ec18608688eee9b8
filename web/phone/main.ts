import '../shared/styles/tokens.css';
import '../shared/styles/base.css';

import { createApp } from 'vue';

import { loadCity, titled } from '../shared/city';
import { say, startModes } from '../shared/modes';
import { go, route } from '../shared/route';
import App from './App.vue';
import { TASKS, room } from './rooms';
import { keepShell } from './shell';

if (route.path === '/phone') go(TASKS, route.query, 'replace'); // the shell is kept for what is beneath /phone/

startModes('always', () => titled(room.value.title(), say('经纬', 'Jingwei')));
void loadCity();
void keepShell();
createApp(App).mount('#app');
